// Package protocol is Partyline's vocabulary: ids, timestamps, commands, events,
// resources, WebSocket messages and frames, errors and their codes, limits, and
// the table of operations that REST and WebSocket share.
//
// Everybody speaks it, the states, the gateway, the load tests, so it knows
// nobody: it imports the standard library only and does no I/O. A word that
// clients see has golden JSON in testdata; changing one of those files is
// changing the contract.
package protocol

import _ "embed"

// OpenAPI describes the REST API: OpenAPI 3.1, YAML. Its operationIds are the ops of
// the table; tests hold it and the server together.
//
//go:embed openapi.yaml
var OpenAPI string

// AsyncAPI describes the messages of the WebSocket: AsyncAPI 3, YAML. It refers to
// schemas of OpenAPI, which stands beside it.
//
//go:embed asyncapi.yaml
var AsyncAPI string
