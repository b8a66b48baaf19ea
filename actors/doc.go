// Package actors is the hub: the API through which the gateway executes commands, asks queries and
// watches sessions. It puts the parts below it together and sends each command to the actor that
// decides it; it holds no rules, and it must not know the network.
//
// A command is admitted (package admission), decided and made durable by the ledger of its actor
// (package ledger), in the actor of its session (package sessions), of its webhook (package
// delivery), of the catalogue or of the tokens. Answers and events leave only after the commit that
// holds their facts, in order: nobody is told of anything that is not on disk.
package actors
