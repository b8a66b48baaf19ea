// Package ssrf says which addresses this server may call on behalf of somebody: what
// is public, and what a setting opens. It is asked at the moment of dialling, when the
// name has been resolved, so that a name that changes its answer gains nothing.
//
// It dials nothing and resolves nothing.
package ssrf
