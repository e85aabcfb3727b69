// Imported before anything of Apollo's: its gateway would report its use to its makers, and what it builds on would look for
// a cloud's metadata server at every start. Kith talks to nobody it was not told to talk to.
process.env['APOLLO_TELEMETRY_DISABLED'] = '1';
process.env['METADATA_SERVER_DETECTION'] = 'none';
