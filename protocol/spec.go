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
