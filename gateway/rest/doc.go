// Package rest serves everything that is requested by HTTP: the operations of package api,
// pages, descriptions, health and metrics. It makes an api.Request of an HTTP request and
// writes the response, after it has checked host, origin, limits, token and role. It must
// not know what an operation does.
package rest
