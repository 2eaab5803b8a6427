// Tail follows files that grow, or reads standard input, and shows which keys come most often:
// the top ten of each second, live on a terminal. At the end it draws the lines per second.
//
//	go run ./examples/tail -field 1 -svg lines.svg access.log error.log
//	journalctl -f | go run ./examples/tail -field 5
//
// It is one pipeline of package stream: the lines of all files are merged, parsed, limited in
// rate, and put into windows of a second. Nothing is read faster than it is counted.
//
// It ends by itself at the end of standard input; Ctrl-C ends it early. Then the plot is written.
package main
