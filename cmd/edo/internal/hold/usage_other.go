//go:build !unix && !windows

package hold

import "time"

// processorTime is not known.
func processorTime() time.Duration { return 0 }

// DescriptorLimit is not known.
func DescriptorLimit() int64 { return 0 }
