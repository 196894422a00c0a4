#!/bin/bash
# The script that most people write, kept for comparison: everything that twenty-init.config.ts makes right is wrong
# here. `exec` in a pipeline replaces a subshell only, so this shell stays PID 1 and SIGTERM ends here.
cd packages/twenty-server
npm run migrate || echo 'Warning: migrations failed'
npm run register &
cd ../..
exec npm start 2>&1 | tee "${LOG_FILE:-/tmp/app.log}"
