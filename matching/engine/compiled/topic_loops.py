"""The loops where the topic counts: closeness is worked out only for pairs that can still enter a list.

What keeps a pair out early: its score without topic is known, its words are known (summed up term by term for all
offers at once), and within a language they bound how much the meaning can add.
"""

import numpy as np

from matching.engine.compiled.loops import compiled, group_end, lay_out, region_by_way, score, take_in
from matching.engine.compiled.tables import CLOSED
from matching.engine.inputs.languages import BY_MEANING, BY_WORDS, NOT_COMPARABLE, WHOLE
from matching.engine.inputs.texts import MEANING_UNIT, N_TERMS, WORDS_UNIT
from matching.engine.rules.topic import MEANING_AS_WORDS, MEANING_PER_WORDS, MEANING_SHARE, STRETCH, WORDS_SHARE

SLICE = 256
"""Offers after which the lists are brought up to date, and with them what can still enter."""
TOGETHER = 32
"""Needs that pass a slice together, so that the texts of its offers stay in the core's own cache meanwhile."""
MEANING_MOST = MEANING_UNIT**2 + MEANING_UNIT**2 // 8
"""More than any product of two vectors of meaning, the rounding of their numbers included."""
_WORDS_WHOLE = 10 * WORDS_UNIT**2
_MEANING_WHOLE = MEANING_UNIT**2
_BITS_OF_WORDS = (WORDS_UNIT**2).bit_length() - 1


@compiled
def closeness(said, meaning, comparison, across):
    """Return the closeness in ten-thousandths, as `topic.closeness`."""
    if comparison == NOT_COMPARABLE:
        return np.int64(0)
    words, meaning = np.int64(said), max(meaning, 0)
    if comparison >= BY_MEANING:
        cosine = min((2 * WHOLE * meaning + _MEANING_WHOLE) // (2 * _MEANING_WHOLE), WHOLE)
        return np.int64(across[comparison - BY_MEANING, cosine])
    refined = words if comparison == BY_WORDS else min(MEANING_AS_WORDS * meaning, MEANING_PER_WORDS * words)
    value = STRETCH * (WORDS_SHARE * words + MEANING_SHARE * refined)
    return min((2 * WHOLE * value + _WORDS_WHOLE) // (2 * _WORDS_WHOLE), WHOLE)


@compiled
def add_up_words(topic, text, words, row):
    """Write, in a row, the products of the words of a need's text with those of every text of the offers."""
    needs = topic.needs
    words[row, :] = 0
    for entry in range(needs.start[text], needs.start[text + 1]):
        term, weight = needs.term[entry], needs.weight[entry]
        first, last = topic.term_start[term], topic.term_start[term + 1]
        postings, weights = topic.posting[first:last], topic.weight[first:last]
        for place in range(len(postings)):
            words[row, postings[place]] += np.int32(weight * weights[place])


@compiled
def product(asked, need, offered, offer):
    """Return the product of two vectors of meaning. It fits 32 bits, and saying so at each step makes it fast."""
    total = np.int32(0)
    for place in range(asked.shape[1]):
        total = np.int32(total + np.int32(np.int32(asked[need, place]) * np.int32(offered[offer, place])))
    return np.int64(total)


@compiled
def raise_line(topic, language, laid, first, last, words, row, shift, most):
    """Raise what the topic contributes at most to what this pair of texts allows: a line, without a branch.

    Which way a branch goes cannot be guessed, and a wrong guess costs more than the line.
    """
    for place in range(first, last):
        text = laid.offer[place] + shift
        how = topic.comparison[language, topic.offer_language[text]]
        line = ((topic.slope[how] * words[row, text]) >> _BITS_OF_WORDS) + topic.intercept[how]
        most[place - first] = max(most[place - first], line)


@compiled
def closest(topic, need, n_needs, offer, n_offers, words, row, knows_meaning):
    """Return the closeness of the closest pair of texts; without knowing their meaning, the most that it can be."""
    close = np.int64(0)
    for asked in range(topic.need_texts):
        text = need + asked * n_needs
        language = topic.need_language[text]
        for offered in range(topic.offer_texts):
            other = offer + offered * n_offers
            how = topic.comparison[language, topic.offer_language[other]]
            meaning = np.int64(MEANING_MOST)
            if knows_meaning and how > BY_WORDS:
                meaning = product(topic.needs.meaning, text, topic.offer_meaning, other)
            close = max(close, closeness(words[row + asked, other], meaning, how, topic.across))
    return close


@compiled
def still_possible(topic, need, sizes, laid, first, last, words, row, scores, need_least, most, possible):
    """Write which offers can still reach a list, by what is cheap to know; close the others; return how many can.

    First by a line above all steps of rounding; then, of the few that are left, by the words themselves.
    """
    n_needs, n_offers = sizes
    most[: last - first] = topic.contribution[0]
    for asked in range(topic.need_texts):
        language = topic.need_language[need + asked * n_needs]
        for offered in range(topic.offer_texts):
            raise_line(topic, language, laid, first, last, words, row + asked, offered * n_offers, most)
    passed = 0
    for place in range(first, last):
        total = np.int64(scores[place - first])
        can = (total >= 0) & (total + most[place - first] >= min(need_least, laid.least[place]))
        possible[passed] = place
        passed += can
        scores[place - first] = total if can else CLOSED
    count = 0
    for number in range(passed):
        place = possible[number]
        close = closest(topic, need, n_needs, laid.offer[place], n_offers, words, row, False)
        if scores[place - first] + topic.contribution[close] < min(need_least, laid.least[place]):
            scores[place - first] = CLOSED
            continue
        possible[count] = place
        count += 1
    return count


@compiled
def add_topic(topic, need, sizes, laid, first, possible, count, words, row, scores):
    """Add what the topic contributes to the scores of the offers that can still reach a list."""
    n_needs, n_offers = sizes
    for number in range(count):
        place = possible[number]
        close = closest(topic, need, n_needs, laid.offer[place], n_offers, words, row, True)
        scores[place - first] += topic.contribution[close]


@compiled
def rank_by_topic(tables, topic, first, last, need_keys, offer_keys, laid):
    """Take in all pairs of the needs at places first to last - 1, as `loops.rank`; return how many are open."""
    sizes = len(need_keys), len(offer_keys)
    n_needs, n_offers = sizes
    scores, most = np.empty(SLICE, np.int32), np.empty(SLICE, np.int64)
    region = np.empty((TOGETHER, tables.wish.shape[1] * tables.region.shape[1]), np.int32)
    words = np.empty((TOGETHER * topic.need_texts, n_offers * topic.offer_texts), np.int32)
    possible = np.empty(SLICE, np.int64)
    n_open, start = 0, first
    while start < last:
        end = group_end(tables, start, last)
        n_laid = lay_out(tables, tables.need_country[tables.need_order[start]], offer_keys, n_needs, laid)
        for group in range(start, end, TOGETHER):
            some = tables.need_order[group : min(group + TOGETHER, end)]
            for place in range(len(some)):
                for asked in range(topic.need_texts):
                    add_up_words(topic, some[place] + asked * n_needs, words, place * topic.need_texts + asked)
                region_by_way(tables, tables.need_preference[some[place]], region, place)
            for begin in range(0, n_laid, SLICE):
                stop = min(begin + SLICE, n_laid)
                for place in range(len(some)):
                    need, row = some[place], place * topic.need_texts
                    n_open += score(tables, need, laid, begin, stop, region, place, scores)
                    least = np.int32(max(need_keys[need, 0] // n_offers, tables.min_score))
                    count = still_possible(
                        topic, need, sizes, laid, begin, stop, words, row, scores, least, most, possible
                    )
                    add_topic(topic, need, sizes, laid, begin, possible, count, words, row, scores)
                    take_in(tables, need, laid, begin, stop, scores, need_keys, offer_keys)
        start = end
    return n_open


@compiled
def products(needs, offers, need, offer, words, meaning):
    """Write the products of the vectors of words and of meaning of these pairs, which stand by need."""
    said = np.zeros(N_TERMS, np.int64)
    for pair in range(len(need)):
        asked, offered = need[pair], offer[pair]
        if pair == 0 or need[pair - 1] != asked:
            if pair > 0:
                for entry in range(needs.start[need[pair - 1]], needs.start[need[pair - 1] + 1]):
                    said[needs.term[entry]] = 0
            for entry in range(needs.start[asked], needs.start[asked + 1]):
                said[needs.term[entry]] = needs.weight[entry]
        total = 0
        for entry in range(offers.start[offered], offers.start[offered + 1]):
            total += said[offers.term[entry]] * offers.weight[entry]
        words[pair] = total
        meaning[pair] = product(needs.meaning, asked, offers.meaning, offered)
