// Package clientaddr finds the address of the client that sends a request, also behind
// trusted reverse proxies, and the network and site to which an address belongs. Limits
// count on these.
package clientaddr
