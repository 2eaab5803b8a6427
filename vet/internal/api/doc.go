// Package api knows the types and functions of edo by their names: what is a Task, what is polled, what
// is a sender. The analyzers ask it, and so no name of edo is written down twice.
package api
