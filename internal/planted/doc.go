// Package planted has faults for the tests of what shows a running program: the console, its page and edo top. Each is
// planted in a runtime of the test, and must be found by its name and by the line in this package.
package planted
