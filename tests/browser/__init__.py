"""Stories in a real browser: the machine's own Chromium before a real server with the demonstration world behind it."""
