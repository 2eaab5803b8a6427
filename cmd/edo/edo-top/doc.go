// Edo-top shows in a terminal what the console of a running program has: its findings, groups of tasks, what they wait for, and
// each task on demand. The command edo starts it, as edo top; it is a program of its own, so that edo needs no library for terminals.
//
//	edo top 127.0.0.1:6070           live; ? shows the keys
//	edo top 127.0.0.1:6070 --once    one table of text, as without a terminal
//
// What is shown, and what the keys do, is in package screen. Here are the terminal and the connection.
package main
