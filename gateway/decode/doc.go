// Package decode fills the structs of commands and queries from what clients send: JSON
// objects, and the text of paths and query strings. What does not fit is refused with an
// error that names the field. It decides nothing about what the values mean.
package decode
