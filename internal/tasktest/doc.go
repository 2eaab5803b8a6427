// Package tasktest has the helpers that the tests of tasks, scopes, join sets, tokens, selects
// and reports share: kinds of runtime to run on, and futures that a test controls.
//
// When not to use it: a helper of one package stays in its tests, and a task that is polled by
// hand is in package edotest.
package tasktest
