// Package webhooks checks webhooks from outside. Check registers some beside any run (the crash
// test, a k6 scenario) and checks what their endpoints received; Bench measures throughput and
// latency of deliveries.
package webhooks
