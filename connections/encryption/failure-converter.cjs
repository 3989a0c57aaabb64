// Messages and stack traces of failures as payloads, which are encrypted like others. A file of its own, in CommonJS: the
// SDK loads it by its path, and bundles it with the workflows.
const { DefaultFailureConverter } = require('@temporalio/common');

exports.failureConverter = new DefaultFailureConverter({ encodeCommonAttributes: true });
