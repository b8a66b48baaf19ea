// Package verify holds receivers that verify webhooks, one in each language, as a
// stranger would write them, and the tests that send them real deliveries. It must
// not share code with the server: whoever reads an example has only the example.
package verify
