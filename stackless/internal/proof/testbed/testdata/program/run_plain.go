//go:build plain

package main

import "github.com/edo-go/edo"

// run calls main.
func run(_ int, _ func(err error), main func(task *edo.Task) error) (schedule string) {
	edo.Run(main)
	return ""
}
