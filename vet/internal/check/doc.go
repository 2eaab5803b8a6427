// Package check makes the analyzers of edo: it has what all of them share. A report in a generated file, and
// one that an //edo:allow comment names, is left out. A panic of an analyzer is an error that names the
// package, and no crash. A package that does not use edo is not looked at.
package check
