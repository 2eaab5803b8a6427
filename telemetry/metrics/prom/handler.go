package prom

import (
	"fmt"
	"log/slog"
	"net/http"
	"strings"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Handler answers scrapes from what g gathers, of all collectors of the registry, as the Accept header
// asks for it. When some collector makes an error, it is logged, and the scrape has the numbers of the
// others: promhttp.Handler would answer with the error alone. log nil means slog.Default.
func Handler(g prometheus.Gatherer, log *slog.Logger) http.Handler {
	return promhttp.HandlerFor(g, promhttp.HandlerOpts{
		ErrorHandling:     promhttp.ContinueOnError,
		ErrorLog:          errorLog{log},
		EnableOpenMetrics: true,
	})
}

// errorLog is a logger as promhttp wants it.
type errorLog struct{ log *slog.Logger }

// Println logs what promhttp tells.
func (l errorLog) Println(v ...any) {
	log := l.log
	if log == nil {
		log = slog.Default()
	}
	log.Error("prom: a scrape", "err", strings.TrimSpace(fmt.Sprintln(v...)))
}
