// Package protocol defines what clients and server exchange: ids, timestamps, commands,
// queries, answers, events, WebSocket messages and frames, errors and their codes, limits,
// and the table of operations that REST and WebSocket share.
//
// One file holds one subject (vote.go, poll.go, webhook.go): its commands with their checks,
// its answers, its events and its limits. In JSON, absent values are null and lists are
// never null.
//
// Every other package may import this one, so it imports the standard library only and does
// no I/O. Each type that clients see has golden JSON in testdata; a change of one of those
// files is a change of the contract.
package protocol

import _ "embed"

// OpenAPI describes the REST API: OpenAPI 3.1, YAML. Its operationIds are the Ops of
// Operations; tests hold the server to it.
//
//go:embed openapi.yaml
var OpenAPI string

// AsyncAPI describes the messages of the WebSocket: AsyncAPI 3, YAML. It refers to the
// schemas of OpenAPI.
//
//go:embed asyncapi.yaml
var AsyncAPI string
