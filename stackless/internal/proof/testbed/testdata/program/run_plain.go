//go:build plain

package main

import "github.com/edo-go/edo"

// awaitOthers does nothing: nothing waits.
func awaitOthers(*edo.Task) error { return nil }

// run calls main.
func run(_ int, _ func(err error), main func(task *edo.Task) error) (schedule string) {
	edo.Run(main)
	return ""
}
