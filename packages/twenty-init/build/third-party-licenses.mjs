import { readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';

/** Licences that ask for no more than their text, and a NOTICE file if there is one. */
const withText = ['0BSD', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'ISC', 'MIT'];

/** The licences of the bundled packages of others, word for word. Throws where one lacks, or asks for more. */
export function thirdPartyLicenses(packages) {
  return [
    'The files of this package contain code of the packages below, under their licences.\n',
    ...packages.filter(({ folder }) => folder.includes(`${sep}node_modules${sep}`)).map(section),
  ].join('\n');
}

function section({ folder, name, version, license }) {
  if (!withText.includes(license))
    throw new Error(
      `${name} ${version} is bundled, and its licence is ${license}: expected ${withText.join(', ')}`,
    );
  const files = readdirSync(folder).sort();
  const licences = files.filter((file) => /^licen[cs]e(\.(md|txt))?$/i.test(file));
  if (licences.length === 0)
    throw new Error(`${name} ${version} is bundled, and has no file with its licence`);
  const notices = files.filter((file) => /^notice(\.(md|txt))?$/i.test(file));
  const line = '-'.repeat(80);
  return [
    `${line}\n${name} ${version} (${license})\n${line}\n`,
    ...[...licences, ...notices].map((file) => textOf(join(folder, file))),
  ].join('\n');
}

function textOf(file) {
  return `${readFileSync(file, 'utf8').replaceAll('\r\n', '\n').trim()}\n`;
}
