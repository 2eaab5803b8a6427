// Package events records what the tasks of a simulation do: polls, waits, wakes, spawns, ends. Package
// sim/story tells it.
//
// A log that is brief keeps some 40 bytes and 20 ns for each event. One that is not asks each task
// that begins to wait what it waits for, as a report does, and notes the line of the program: that
// costs microseconds.
package events
