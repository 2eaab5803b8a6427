//go:build !linux

package faults_test

import "testing"

// operationsOfTheSystem need a system that says when its queues are full.
func operationsOfTheSystem(*testing.T) []operation { return nil }
