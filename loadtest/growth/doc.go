// Package growth grows the folder of a server to that of many years, through the API, and
// measures the server at each tenth of the way. A cost that grows with what is stored is a
// finding: the last tenth is compared with the second.
package growth
