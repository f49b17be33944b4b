"""The loops where the topic counts: closeness is worked out only for pairs that can still enter a list.

What keeps a pair out early: its score without topic is known, its words are known (summed up term by term for all
offers at once), and within a language they bound how much the meaning can add.
"""

import numpy as np

from matching.engine.compiled.loops import compiled, group_end, lay_out, region_by_way, score, take_in
from matching.engine.compiled.tables import CLOSED
from matching.engine.inputs.texts import MEANING_UNIT, N_TERMS, WORDS_UNIT
from matching.engine.rules.topic import MEANING_AS_WORDS, MEANING_PER_WORDS, MEANING_SHARE, STRETCH, WHOLE, WORDS_SHARE

SLICE = 256
"""Offers after which the lists are brought up to date, and with them what can still enter."""
TOGETHER = 32
"""Needs that pass a slice together, so that the texts of its offers stay in the core's own cache meanwhile."""
MEANING_MOST = MEANING_UNIT**2 + MEANING_UNIT**2 // 8
"""More than any product of two vectors of meaning, the rounding of their numbers included."""
_WORDS_WHOLE = 10 * WORDS_UNIT**2
_MEANING_WHOLE = MEANING_UNIT**2
_BITS_OF_WORDS = (WORDS_UNIT**2).bit_length() - 1
_MOST_OF_WORDS = STRETCH * (WORDS_SHARE + MEANING_SHARE * MEANING_PER_WORDS) // 10
"""Within a language, closeness is at most so many times the cosine of the words."""


@compiled
def closeness(said, meaning, is_other_language):
    """Return the closeness in ten-thousandths, as `topic.closeness`."""
    words, meaning = np.int64(said), max(meaning, 0)
    if is_other_language:
        rounded = (2 * WHOLE * meaning + _MEANING_WHOLE) // (2 * _MEANING_WHOLE)
    else:
        refined = min(MEANING_AS_WORDS * meaning, MEANING_PER_WORDS * words)
        value = STRETCH * (WORDS_SHARE * words + MEANING_SHARE * refined)
        rounded = (2 * WHOLE * value + _WORDS_WHOLE) // (2 * _WORDS_WHOLE)
    return min(rounded, WHOLE)


@compiled
def is_other_language(one, other):
    """Return whether two known languages differ."""
    return (one != other) & (one >= 0) & (other >= 0)


@compiled
def add_up_words(topic, need, words, row):
    """Write, in a row, the products of the need's words with those of every offer."""
    words[row, :] = 0
    for entry in range(topic.need_start[need], topic.need_start[need + 1]):
        term, weight = topic.need_term[entry], topic.need_weight[entry]
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
def still_possible(topic, need, laid, first, last, words, row, scores, need_least, possible):
    """Write which offers can still reach a list, by what is cheap to know; close the others; return how many can.

    First by a line above all steps of rounding, without a branch: which way it goes cannot be guessed, and a wrong
    guess costs more than the line. Then, of the few that are left, by the closeness itself.
    """
    language, whole, passed = topic.need_language[need], np.int64(topic.contribution[WHOLE]), 0
    slope, rounding = _MOST_OF_WORDS * whole, whole // WHOLE + 3
    for place in range(first, last):
        offer, total = laid.offer[place], np.int64(scores[place - first])
        is_other = is_other_language(language, topic.offer_language[offer])
        most = whole if is_other else ((slope * words[row, offer]) >> _BITS_OF_WORDS) + rounding
        can = (total >= 0) & (total + most >= min(need_least, laid.least[place]))
        possible[passed] = place
        passed += can
        scores[place - first] = total if can else CLOSED
    count = 0
    for number in range(passed):
        place = possible[number]
        offer = laid.offer[place]
        is_other = is_other_language(language, topic.offer_language[offer])
        most = topic.contribution[closeness(words[row, offer], MEANING_MOST, is_other)]
        if scores[place - first] + most < min(need_least, laid.least[place]):
            scores[place - first] = CLOSED
            continue
        possible[count] = place
        count += 1
    return count


@compiled
def add_topic(topic, need, laid, first, possible, count, words, row, meaning, scores):
    """Add what the topic contributes to the scores of the offers that can still reach a list."""
    for number in range(count):
        offer = laid.offer[possible[number]]
        meaning[number] = product(topic.need_meaning, need, topic.offer_meaning, offer)
    for number in range(count):
        offer = laid.offer[possible[number]]
        is_other = is_other_language(topic.need_language[need], topic.offer_language[offer])
        close = closeness(words[row, offer], meaning[number], is_other)
        scores[possible[number] - first] += topic.contribution[close]


@compiled
def rank_by_topic(tables, topic, first, last, need_keys, offer_keys, laid):
    """Take in all pairs of the needs at places first to last - 1, as `loops.rank`; return how many are open."""
    n_offers = len(offer_keys)
    scores = np.empty(SLICE, np.int32)
    region = np.empty((TOGETHER, tables.wish.shape[1] * tables.region.shape[1]), np.int32)
    words = np.empty((TOGETHER, n_offers), np.int32)
    possible, meaning = np.empty(SLICE, np.int64), np.empty(SLICE, np.int64)
    n_open, start = 0, first
    while start < last:
        end = group_end(tables, start, last)
        n_laid = lay_out(tables, tables.need_country[tables.need_order[start]], offer_keys, len(need_keys), laid)
        for row in range(start, end, TOGETHER):
            some = tables.need_order[row : min(row + TOGETHER, end)]
            for place in range(len(some)):
                add_up_words(topic, some[place], words, place)
                region_by_way(tables, tables.need_preference[some[place]], region, place)
            for begin in range(0, n_laid, SLICE):
                stop = min(begin + SLICE, n_laid)
                for place in range(len(some)):
                    need = some[place]
                    n_open += score(tables, need, laid, begin, stop, region, place, scores)
                    least = np.int32(max(need_keys[need, 0] // n_offers, tables.min_score))
                    count = still_possible(topic, need, laid, begin, stop, words, place, scores, least, possible)
                    add_topic(topic, need, laid, begin, possible, count, words, place, meaning, scores)
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
