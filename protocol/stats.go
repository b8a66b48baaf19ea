package protocol

// Stats is the answer of stats.get.
type Stats struct {
	Games            Count        `json:"games"`
	GamesEnabled     Count        `json:"gamesEnabled"`
	Packs            Count        `json:"packs"`
	Sessions         Count        `json:"sessions"`
	ActiveSessions   Count        `json:"activeSessions"`
	TotalGamesPlayed Count        `json:"totalGamesPlayed"`
	TotalVotes       Count        `json:"totalVotes"`
	MostPlayedGames  []RankedGame `json:"mostPlayedGames"`
	TopRatedGames    []RankedGame `json:"topRatedGames"`
}

// Count is a number in Stats.
type Count struct {
	Count int64 `json:"count"`
}

// RankedGame is a game in the rankings of Stats.
type RankedGame struct {
	ID              GameID `json:"id"`
	Title           string `json:"title"`
	PackName        string `json:"pack_name"`
	PlayCount       int64  `json:"play_count"`
	PopularityScore int64  `json:"popularity_score"`
	Upvotes         int64  `json:"upvotes"`
	Downvotes       int64  `json:"downvotes"`
}
