// Package verify has example receivers that verify webhooks, one per language, and the
// tests that send them real deliveries. The examples must not share code with the server,
// because they are copied on their own.
package verify
