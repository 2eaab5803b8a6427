package remote

import "time"

// SetStopWait has members that stop send what no caller hears for d alone.
func SetStopWait(d time.Duration) { stopWait = d }
