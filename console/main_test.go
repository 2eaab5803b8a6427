package console_test

import (
	"testing"

	"github.com/edo-go/edo/internal/tasktest"
)

func TestMain(m *testing.M) { tasktest.Main(m) }
