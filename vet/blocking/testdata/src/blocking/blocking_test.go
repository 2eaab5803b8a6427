package blocking

import (
	"time"

	"github.com/edo-go/edo"
)

// In tests nothing is reported.
func helperOfATest(task *edo.Task) { time.Sleep(time.Second) }
