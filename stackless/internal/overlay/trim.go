package overlay

import (
	"os"
	"path/filepath"
	"time"
)

const (
	unusedFor = 5 * 24 * time.Hour // after which an entry is deleted
	trimEvery = 24 * time.Hour
)

// Trim deletes the entries that were not used for days, unless that was done today. It is for the end of a run, when
// all entries that the run needs were touched. Failures are left to the next time: nothing depends on a clean cache.
func (c *Cache) Trim() {
	now := c.now()
	mark := filepath.Join(c.dir, "trimmed")
	if info, err := os.Stat(mark); err == nil && now.Sub(info.ModTime()) < trimEvery {
		return
	}
	// Marked first, so that runs at the same time do not all clean.
	if os.WriteFile(mark, nil, 0o666) != nil || os.Chtimes(mark, now, now) != nil {
		return
	}
	for _, kind := range []string{"files", "units", "overlays"} {
		entries, _ := filepath.Glob(filepath.Join(c.dir, kind, "*", "*"))
		for _, entry := range entries {
			if info, err := os.Stat(entry); err == nil && now.Sub(info.ModTime()) > unusedFor {
				os.Remove(entry)
			}
		}
	}
}
