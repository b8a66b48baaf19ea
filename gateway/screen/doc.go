// Package screen has the pages for browsers: plain HTML, CSS and JavaScript modules in
// files/, embedded as they are, without a build step and without content from other hosts.
//
// Pages are static: their scripts request all data over the WebSocket with the reader's own
// token. So this package knows files and browser caching, and must not know sessions, tokens
// or the Hub.
//
// Each page is NAME.html with a script and a style sheet of that name. Shared files:
// socket.js (the connection), state.js (from messages to state), text.js (all texts), dom.js
// (elements, never from markup), theme.css. Pages refer to their files as
// assets/VERSION/FILE. At the start the version is inserted, so that files can be cached
// forever, and as many ../ as the page's path is deep, so that the pages also work behind a
// proxy that serves them below a prefix.
package screen
