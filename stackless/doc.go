// Package stackless is the tool around edo's compiler: the commands edo build, run, test and vet, edo explain and edo
// gen.
//
// A function in direct style, one that takes a *edo.Task, is lowered to a frame: a struct with a state machine, which
// waits in some hundred bytes instead of on a coroutine. The commands type-check the packages of the main module or
// the workspace, write lowered copies of files to a cache, and call the go command with its flag -overlay. The plain
// go command builds the same sources, and runs them on coroutines.
//
//	edo build ./...          as go build, with all its flags
//	edo test -race ./...     as go test
//	edo explain ./...        what was lowered, what was not, and why
//
// Lowering may always be absent. What cannot be lowered runs on a coroutine; a package that does not type-check, a tool
// chain that is too old, or a cache that cannot be written lead to the plain build. The exit status and the output are
// those of the go command. A function with the directive //edo:stackless must be lowered: a build that cannot do so
// fails.
package stackless
