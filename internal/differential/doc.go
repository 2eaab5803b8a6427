// Package differential compares edo with Tokio, poll by poll: the operators of streams and
// futures, sinks and timers that Tokio, tokio-stream, tokio-util and futures have too. It has
// tests alone.
//
// A script is random operations on one object: values are pushed into its sources, futures
// below it end, time passes, a mock task polls it or drops it. The same script is played on
// both sides. After each operation a side tells what came of it:
//
//	42 P/a,a,f0,f1,a@0!35
//
// A poll gave the value 42, and the next one was pending; meanwhile the library has polled the
// source a, and so on; mock task 0 is woken; the value 35 was dropped. Where the two sides tell
// different things, the script is reduced to the fewest operations that do.
//
// The list of recipes says which operators are compared. It also has the differences that edo's
// documentation announces, each with the place and the reason. Values that are random in Tokio,
// or come in one run of polls, are sorted first. Some things are not compared: edo has no
// timeout_repeating, and no catch_unwind for streams; futures has no Switch. Select, Race and
// SelectAll draw which of several futures that are ready wins, so scripts make them ready one
// at a time.
//
// # How to run
//
// What Tokio did is recorded in testdata, some scripts for each operator, and every run of the
// tests compares edo with that. For more, the side of Tokio is built, with cargo and the crates
// that its Cargo.toml names, into the user's cache:
//
//	go test ./internal/differential -tokio 10000           so many random scripts for each operator
//	go test ./internal/differential -tokio 10000 -recipe buffer -seed 2
//	go test ./internal/differential -v -script "stream/chunks 2: push 0 1; end 0; run"
//
// Once it is built, a plain run plays a few random scripts on it. Without it that test says so,
// and skips. A recipe is added on both sides: in recipes_test.go, in a machine beside it, and in
// the machine of the same name in tokio/src. Then -record writes testdata anew.
//
// # When not to use it
//
// Errors as items, clean-up, budgets and everything that Tokio does not have are tested in the
// packages themselves.
package differential
