package real

import (
	"os"

	"github.com/edo-go/edo/internal/driver"
)

var errOnlyUnix = driver.Unsupported("files are passed over Unix sockets")

func closeAll(files []*os.File) {
	for _, f := range files {
		f.Close()
	}
}
