// Package ssrf decides which addresses this server may call on behalf of a user: public ones,
// and those that a setting allows. It is asked at the moment of dialling, when the name has
// been resolved, so that a name that changes its answer gains nothing.
//
// It dials nothing and resolves nothing.
package ssrf
