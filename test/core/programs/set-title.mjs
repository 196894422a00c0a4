// A preload that sets a title, as APM agents do.
process.title = 'web';
