// Package vet finds mistakes in programs that use edo, by looking at their source: a Task that another function uses,
// a call that holds up a worker, a future that is never polled, and more. docs/vet.md has a table.
//
// The command edovet runs the analyzers:
//
//	go install ./vet/cmd/edovet     in a clone of edo
//	go vet -vettool=$(which edovet) ./...
//
// and so does edo vet, beside the checks of go vet. An analyzer is made to be left on: it reports what it is sure
// of, and keeps silent otherwise. What is meant so is allowed by a comment behind the line, on the line above it, or in
// the doc comment of the function:
//
//	//edo:allow NAME reason
//
// The analyzers look at one function at a time, and know of other packages what facts tell them: which functions
// block or read the clock, and which run what they are passed as a task. A call through an interface is not
// followed. Do not take silence for a proof; the simulator (package sim) finds what cannot be seen in the source.
//
// The module is apart from the core because it needs golang.org/x/tools.
package vet
