package blocking_test

import (
	"testing"

	"github.com/edo-go/edo/vet/blocking"
	"github.com/edo-go/edo/vet/internal/vettest"
)

func TestWhatHoldsUpAWorkerIsReported(t *testing.T) {
	vettest.Run(t, blocking.Analyzer, "blocking")
}
