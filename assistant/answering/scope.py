"""Whether a question is about public policy at all."""

from __future__ import annotations

import re
from collections.abc import Sequence

_PUBLIC = re.compile(
    r"干部|公务员|党员|党委|党组|组织|纪委|监委|监察|纪检|政府|机关|单位|事业编|国企|国有|领导|班子|书记|处分|处理|问责|追责|容错|免责|担当|作为|提拔|任用|选拔|任免|职级|职务|晋升|考核|考评|评价|"
    r"谈话|谈心|函询|诫勉|提醒|澄清|诬告|举报|检举|控告|信访|上访|轮岗|交流|挂职|借调|公示|奖励|表彰|表扬|嘉奖|记功|工资|津贴|补贴|待遇|休假|年假|体检|医疗|医保|社保|退休|编制|招聘|招录|考录|政策|条例|规定|办法|法律|法规|文件|"
    r"通知|意见|方案|制度|机制|程序|审批|备案|报备|申请|申诉|复核|复审|权限|责任|职责|巡视|巡察|审计|监督|廉政|廉洁|腐败|违纪|违法|违规|失误|过错|改革|试点|创新|项目|招商|招标|投标|乡镇|街道|社区|村|扶贫|乡村|"
    r"基层|减负|年轻干部|人才|培训|教育|党建|党课|主题教育|会议|公文|印发|施行|税|补助|低保|公积金|护照|出国|出境|因私|差旅|出差|报销|酒席|产假|婚假|户籍|落户|许可|执照|罚款|行政|法院|诉讼|合同|保密|密级|档案|信息公开|个人信息|权益|救济")


def about_policy(text: str, terms: Sequence[str] = ()) -> bool:
    """Whether a question uses any word of public affairs or of the corpus's ``terms``; what uses none is not for this assistant.

    >>> about_policy("干部多久体检一次"), about_policy("今天天气怎么样")
    (True, False)
    """
    return bool(_PUBLIC.search(text)) or any(t in text for t in terms)
