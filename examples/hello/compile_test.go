package main

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

func TestSpawningOutsideOfATaskDoesNotCompile(t *testing.T) {
	compiler, err := exec.LookPath("go")
	if err != nil {
		t.Skip("the go command is not on PATH, so nothing can be compiled")
	}
	for _, test := range []struct{ program, message string }{
		{"notask", "not enough arguments in call to edo.Go"},
		{"context", "context.Context does not implement edo.Spawner (missing method spawner)"},
		{"impostor", "impostor does not implement edo.Spawner (unexported method spawner)"},
	} {
		t.Run(test.program, func(t *testing.T) {
			t.Parallel()
			build := exec.CommandContext(t.Context(), compiler, "build", "-o", os.DevNull, "./testdata/"+test.program)
			output, err := build.CombinedOutput()
			if err == nil {
				t.Fatal("it compiled")
			}
			if !strings.Contains(string(output), test.message) {
				t.Errorf("the compiler said:\n%s\nwanted: %s", output, test.message)
			}
		})
	}
}
