// Package load finds the packages of a build and type-checks those that can be lowered.
//
// Two calls of the go command do all that depends on it: modules, workspaces, vendoring, build tags, GOFLAGS. [List]
// asks it which packages and files the build has. A [Checker] asks for export data, and only when a package has to be
// type-checked: a build in which nothing changed never does. Packages of the main modules are checked with their
// syntax, all others come from export data, which the build makes anyway.
//
// A package that does not type-check is no error here. It is not lowered, and the Go compiler reports what is wrong.
package load
