/**
 * The software bill of materials of the package that is called `own`: itself, and what it bundles, as CycloneDX 1.6 in
 * JSON. It has no time and no serial number: the same source gives the same bytes.
 */
export function sbom(packages, own) {
  const isOwn = ({ name }) => name === own;
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: {
      lifecycles: [{ phase: 'build' }],
      component: { type: 'application', ...component(packages.find(isOwn)) },
    },
    components: packages
      .filter((one) => !isOwn(one))
      .map((one) => ({ type: 'library', ...component(one), properties: [bundled] })),
    dependencies: packages.map((one) => ({
      ref: purl(one),
      dependsOn: one.dependsOn.map(purl),
    })),
  };
}

/** As CycloneDX's taxonomy of properties has it. */
const bundled = { name: 'cdx:npm:package:bundled', value: 'true' };

function component({ name, version, license }) {
  const [group, baseName] = name.startsWith('@') ? name.split('/') : [undefined, name];
  const reference = purl({ name, version });
  return {
    'bom-ref': reference,
    group,
    name: baseName,
    version,
    licenses: [{ license: { id: license, acknowledgement: 'declared' } }],
    purl: reference,
  };
}

function purl({ name, version }) {
  return `pkg:npm/${name.replace('@', '%40')}@${version}`;
}
