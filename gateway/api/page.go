package api

import (
	"context"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"partyline/gateway/decode"
	"partyline/protocol"
)

// pageQuery is a query for a page of a list; it checks its own values.
type pageQuery[Q any] interface {
	*Q
	checkedQuery
	Part() *protocol.PageQuery
}

// paged serves a page of a list.
func paged[Q any, P pageQuery[Q], Row any](ask func(context.Context, Q) (protocol.Page[Row], error)) handler {
	s := decode.ParamsOf[Q]()
	return func(ctx context.Context, in *Request) (Response, error) {
		var q Q
		if err := in.decode(&q, s); err != nil {
			return Response{}, err
		}
		if err := P(&q).Check(); err != nil {
			return Response{}, err
		}
		page, err := ask(ctx, q)
		if err != nil {
			return Response{}, err
		}
		return pageResponse(in, s, P(&q).Part(), page.Rows, len(page.Rows), page.PageInfo), nil
	}
}

// ranked serves a page of a list without cursors that is made whole.
func ranked[Row any](ask func(context.Context) ([]Row, error)) handler {
	s := decode.ParamsOf[protocol.PageQuery]()
	return func(ctx context.Context, in *Request) (Response, error) {
		var q protocol.PageQuery
		if err := in.decode(&q, s); err != nil {
			return Response{}, err
		}
		if err := q.CheckRanked(); err != nil {
			return Response{}, err
		}
		all, err := ask(ctx)
		if err != nil {
			return Response{}, err
		}
		page := protocol.PageOfList(q, all)
		return pageResponse(in, s, &q, page.Rows, len(page.Rows), page.PageInfo), nil
	}
}

// pageResponse is the response with so many rows of a list in its body.
func pageResponse(in *Request, known decode.Params, q *protocol.PageQuery, body any, rows int, info protocol.PageInfo) Response {
	rep := Response{Status: http.StatusOK, Body: body, Page: &info}
	if in.Query == nil {
		return rep
	}
	if info.More {
		rep.Links = append(rep.Links, in.link("next", known, q.Rows(), info.Next, q.Skip()+rows))
	}
	if skip := q.Skip(); skip > 0 {
		before := min(q.Rows(), skip)
		rep.Links = append(rep.Links, in.link("prev", known, before, nil, skip-before))
	}
	return rep
}

// link is a link to another page, relative to the request's URL: its filters are kept, so that it
// holds behind every proxy.
func (in *Request) link(rel string, known decode.Params, limit int, cursor *string, offset int) string {
	query := maps.Clone(in.Query)
	maps.DeleteFunc(query, func(name string, _ []string) bool {
		_, ok := known[name]
		return !ok || slices.Contains(in.Endpoint.params, name)
	})
	for _, name := range []string{"page", "offset", "cursor"} {
		query.Del(name)
	}
	query.Set("limit", strconv.Itoa(limit))
	if cursor != nil {
		query.Set("cursor", *cursor)
	} else {
		query.Set("offset", strconv.Itoa(offset))
	}
	return "<?" + url.Values(query).Encode() + `>; rel="` + rel + `"`
}
