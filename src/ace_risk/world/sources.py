"""Where the published figures were read: the sources that the tags of `figures` name."""

from __future__ import annotations

import re

PUBLISHED = {
    "S5": "Children's Commissioner for England, 2018: northbankforum.org.uk, interfaceenterprises.co.uk",
    "S6": "Children's Commissioner for England, 2018: willispalmer.com/400000-children, cypnow.co.uk 2005663",
    "S7": "Children's Commissioner for England, A Crying Shame, 2018: itv.com/news/2018-10-17",
    "S7b": "Children's Commissioner for England, 2018: ukhomecollege.org.uk, riversidetrainingspalding.co.uk",
    "S10": "Missing children, UK 2022/23: rbwmsafeguardingpartnership.org.uk",
    "S11": "Answer in Parliament on children missing from care, 2022: parallelparliament.co.uk/question/187193",
    "S13": "Department for Education, Explore Education Statistics, data set 7c90c126 (missing from care, 2025)",
    "S14": "Coram, looked-after children who go missing, 2019: coram.org.uk",
    "S15": "Answer in the House of Lords, HL6802 (missing children, 2016/17): parallelparliament.co.uk",
    "S17": "The Children's Society, return home interviews, 1 May 2019: childrenssociety.org.uk",
    "S18": "Missing People, return home interviews 2023/24: missingpeople.org.uk",
    "S28": "Youth Justice Board, year to March 2024: yjlc.uk",
    "S29": "Youth justice statistics 2024 to 2025: miragenews.com",
    "S34": "Answer in Parliament to J. Daby, 12 January 2023 (children in police custody): parallelparliament.co.uk",
    "S42": "Research in Practice, July 2024: researchinpractice.org.uk",
    "S43": "Cumberland Council, ethnic origin (Census 2021): cumberland.gov.uk",
    "S44": "NSPCC, referrals after domestic abuse, 2020/21: in-site.xyz",
    "S57": "Department for Education, Explore Education Statistics, referrals and re-referrals, 2024",
    "S58": "Social Work Today, 3 November 2025: socialworktoday.co.uk",
    "S59": "Department for Education, Explore Education Statistics, children in need, 2024",
    "S60": "Department for Education, Explore Education Statistics, characteristics of children in need, 2020",
    "S61": "Department for Education, Explore Education Statistics, children looked after, 2024",
    "S63": "Bilson, children in contact with services before the age of five: pfan.uk",
    "S64": "Department for Education, Explore Education Statistics, characteristics of children in need, 2021",
    "S70": "Cumbria Community Foundation, Furness, 2021",
    "S78": "HM Inspectorate of Constabulary and Fire & Rescue Services, news on ethnicity data: hmicfrs",
    "S79": "BBC, ethnicity of missing persons, as given by zamfm.co.uk",
    "S86": "SafeLives, response to the Office for National Statistics: safelives.org.uk",
}
"""What each source is, by its tag. Many were read through excerpts or mirrors: check the original before quoting."""


def source_tags(text: str) -> list[str]:
    """The tags of published sources in a figure's source.

    Examples
    --------
    >>> source_tags("[S7b][D]")
    ['S7b']
    """
    return re.findall(r"\[(S\d+b?)\]", text)
