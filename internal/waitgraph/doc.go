// Package waitgraph finds the tasks that wait for each other. A [Graph] says which task
// waits for which; [Graph.Knots] finds the tasks that can never go on, and [Knots.Cycle] a
// cycle of waits among them. The package knows tasks only by their numbers.
package waitgraph
