// Package screen holds the pages that people look at: plain HTML, CSS and JavaScript
// modules, embedded as they stand in files/, without a build step and without anything
// from another host.
//
// A page is the same for everybody and does not depend on any state: what it shows its
// scripts ask for over the WebSocket, with the reader's own token. So the package knows
// documents and how browsers may keep them, and must not know sessions, tokens or the hub.
//
// files/ has a page as NAME.html, with a script and a style sheet of that name, and what
// all pages share: socket.js (the connection), state.js (messages become what is shown),
// text.js (every word that is shown), dom.js (elements, never from markup), theme.css.
// Pages name their parts as assets/VERSION/FILE. When the program starts the version is
// put in, so that a part can be kept for ever, and as many ../ as the page's path is
// deep, so that everything works behind a proxy that serves the hub below a prefix.
package screen
