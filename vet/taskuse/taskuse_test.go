package taskuse_test

import (
	"testing"

	"github.com/edo-go/edo/vet/internal/vettest"
	"github.com/edo-go/edo/vet/taskuse"
)

func TestATaskOutsideOfItsFunctionIsReported(t *testing.T) {
	vettest.RunFixes(t, taskuse.Analyzer, "taskuse")
}
