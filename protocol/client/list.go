package client

import (
	"context"
	"fmt"
	"io"
	"iter"
	"net/http"
	"strings"
)

// All reads a list page by page, by the links of the answers. path is that of docs/api with its
// query, such as "/api/sessions?limit=100". It stops after the first error.
//
//	for s, err := range client.All[protocol.Session](ctx, c, "/api/sessions") {
func All[Row any](ctx context.Context, c *Client, path string) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		path, query, _ := strings.Cut(path, "?")
		for query := "?" + query; query != ""; {
			var rows []Row
			next, err := c.page(ctx, path+query, &rows)
			if err != nil {
				yield(*new(Row), err)
				return
			}
			for _, row := range rows {
				if !yield(row, nil) {
					return
				}
			}
			query = next
		}
	}
}

// page reads one page of a list. next is the query of the next one, "" at the end of the list.
func (c *Client) page(ctx context.Context, path string, rows any) (next string, err error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	res, err := c.send(ctx, "", http.MethodGet, path, nil)
	if err != nil {
		return "", err
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	if err != nil {
		return "", fmt.Errorf("GET %s: %w", path, err)
	}
	return nextPage(res.Header), decode(text, rows)
}

// nextPage is the target of the link with rel="next". The server writes it relative to the URL of
// the request: it is a query.
func nextPage(h http.Header) string {
	for _, link := range h.Values("Link") {
		target, rel, _ := strings.Cut(strings.TrimPrefix(link, "<"), ">")
		if strings.HasPrefix(target, "?") && strings.Contains(rel, `rel="next"`) {
			return target
		}
	}
	return ""
}
