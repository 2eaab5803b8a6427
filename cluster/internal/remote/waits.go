package remote

import (
	"fmt"
	"strings"

	"github.com/edo-go/edo"
)

// Waits says what the member waits for.
func (m *Member) Waits(*edo.Context) edo.Wait {
	m.mu.Lock()
	defer m.mu.Unlock()
	names := strings.Join(m.names, ", ")
	switch {
	case m.state == stopping && len(m.all) > 0:
		return edo.Wait{On: fmt.Sprintf("cluster: the end of its last %d calls of %s", len(m.all), names)}
	case m.state == stopping && len(m.sent) > 0:
		return edo.Wait{On: fmt.Sprintf("cluster: the confirmation of the outcomes of its last %d calls of %s", len(m.sent), names), Outside: true}
	case m.state == stopping:
		return edo.Wait{On: "cluster: the end of what is on the way to it, which has stopped: calls of " + names, Outside: true}
	case m.busy >= m.limit:
		return edo.Wait{On: fmt.Sprintf("cluster: the end of one of %d calls of %s", m.busy, names)}
	}
	on := "cluster: a call of " + names
	if m.foreign != 0 {
		on += fmt.Sprintf("; a program has asked for one whose messages have the format %d, and not %d", m.foreign, Format)
	}
	return edo.Wait{On: on, Outside: true}
}
