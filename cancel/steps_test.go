package cancel_test

import (
	"math/rand/v2"
	"testing"

	"github.com/edo-go/edo/cancel"
	"github.com/edo-go/edo/internal/tasktest"
)

func TestStepFormsDoWhatDirectStyleDoes(t *testing.T) {
	tasktest.BothFormsAgree(t, func(*rand.Rand) (w tasktest.World) {
		for range 2 {
			parent := cancel.New()
			for _, token := range []*cancel.Token{parent, parent.Child(), parent.Child().Child()} {
				w.Ops = append(w.Ops, tasktest.OpOfError("Cancelled", token.Cancelled, token.CancelledStep))
				w.Events = append(w.Events, token.Cancel, token.Drop)
			}
		}
		return w
	})
}
