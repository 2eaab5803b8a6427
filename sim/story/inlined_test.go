package story_test

import (
	"strings"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/mpsc"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/sim/story"
	"github.com/edo-go/edo/stream"
)

// The compiler inlines stream.All into its caller, under the caller's name.
func TestALoopOverAStreamWaitsAtTheLineOfTheProgram(t *testing.T) {
	var log story.Log
	err := sim.Run(1, func(task *edo.Task) error {
		tx, rx := mpsc.New[int](1)
		edo.Go(task, func(task *edo.Task) error {
			for range stream.All(task, rx) {
			}
			return task.Err()
		}, edo.Owns(rx), edo.Name("reader"))
		defer tx.Close()
		return edo.Yield(task)
	}, sim.WithConfig(sim.Config{Quiet: true, Story: &log}))
	text := log.Text()
	if err != nil || strings.Contains(text, "all.go") || !strings.Contains(text, "waits for mpsc: receive") {
		t.Errorf("%v, and the story is\n%s", err, text)
	}
}
