// Package core has what every task is, without its result: the part of a handle that does
// not depend on a type, the end of a task, names, errors that no task has joined, and
// functions in direct style. Package edo puts its public types on top of it: edo.Task is a
// [Task], edo.Runtime a [Runtime], and an edo.JoinHandle has a [Head] inside.
//
// # What it does not know
//
// Scopes, join sets and cancellation tokens are built on tasks, in packages of their own.
// The core knows them by two interfaces:
//
//   - A [Bond] is what one task has from such a feature. It is tied when the task is
//     spawned, told of its failure before the handle resolves, and untied afterwards.
//   - A [Bound] is a section of a function in direct style with a cancellation of its own,
//     as a scope is for its function; see [Region].
//
// Nor does it know futures: these have methods on types of package edo. It sees a task's
// future through [Body].
package core
